/** The job's function, in a module of its own so that the SQL script can name it. */
import { DataTypes, udf } from 'rivulet'

const provinces = ['beijing', 'shanghai', 'hangzhou', 'shenzhen', 'jiangxi', 'chongqing', 'xizang']

export const provinceIdToName = udf((id) => (id === null ? null : provinces[id]), {
  inputTypes: [DataTypes.INT()],
  resultType: DataTypes.STRING(),
})
